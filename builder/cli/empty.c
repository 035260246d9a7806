/* Replaced by the room itself. */
extern int fp_cli_room_is_empty;

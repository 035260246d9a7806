/* Replaced by the room itself. */
extern int fp_base_room_is_empty;

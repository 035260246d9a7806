/* Replaced by the room itself. */
extern int fp_build_room_is_empty;

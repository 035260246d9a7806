/* Replaced by the room itself. */
extern int fp_store_room_is_empty;

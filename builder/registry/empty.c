/* Replaced by the room itself. */
extern int fp_registry_room_is_empty;

/* Replaced by the room itself. */
extern int fp_http_room_is_empty;

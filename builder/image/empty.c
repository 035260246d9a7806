/* Replaced by the room itself. */
extern int fp_image_room_is_empty;

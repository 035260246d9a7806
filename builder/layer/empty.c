/* Replaced by the room itself. */
extern int fp_layer_room_is_empty;

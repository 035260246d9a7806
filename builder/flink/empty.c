/* Replaced by the room itself. */
extern int fp_flink_room_is_empty;

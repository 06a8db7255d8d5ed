/** The outbox topic under which a check is handed to its vendor. */
export const HAND_OVER_TOPIC = 'identity_check.hand_over'

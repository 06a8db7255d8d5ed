/**
 * The door of forms on other people's sites (E2 to E5, E7, E8, E12): the loader, the frame, exactly two calls for a
 * form token, and the same two for servers. The token alone says whose form it is; the exact limits count across
 * processes; refusals have one envelope. Spent tickets are `embed_ticket_use`, daily bounds `embed_day_count`.
 * Credentials are known by `agencies`, vouchers issued and looked up by `vouchers`.
 */

import './problems.ts'

/** Forms of agencies on their own websites: the door of their tokens, the frame, the loader, and the interface for servers (E2 to E8, E12). */
export { makeEmbed } from './door.ts'
export type { Embed } from './door.ts'
export { mountEmbed, frameHeaders, placeOf, serveAssets } from './mount.ts'
export { hashed, SCRIPT, STYLE } from './assets.ts'
export { languageOf, renderShell } from './document.ts'
export { DIRECT } from './ticket.ts'
export { embedPlaces } from './places.ts'
export { makeEmbedRoutes } from './routes.ts'

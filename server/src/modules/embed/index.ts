import './problems.ts'

/** Forms of agencies on their own websites: the door of their tokens, the frame, the loader, and the interface for servers (E2 to E8, E12). */
export { makeEmbed } from './door.ts'
export type { Embed } from './door.ts'
export { mountEmbed } from './mount.ts'
export { embedPlaces } from './places.ts'
export { makeEmbedRoutes } from './routes.ts'

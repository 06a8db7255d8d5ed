import type { EmbedPlaces } from '#modules/agencies/index.ts'
import { LOADER, LOADER_INTEGRITY, PINNED_LOADER } from './assets.ts'

/** Where the embed stands, for the code that an agency pastes. */
export function embedPlaces(origin: string): EmbedPlaces {
  return { origin, loaderPath: LOADER.path, pinnedPath: PINNED_LOADER.path, integrity: LOADER_INTEGRITY }
}

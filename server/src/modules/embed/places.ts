import type { EmbedPlaces } from '#modules/agencies/index.ts'
import { LOADER, LOADER_INTEGRITY, PINNED_LOADER } from './assets.ts'

/** Where a form is drawn while it is edited. */
export const PREVIEW_PATH = '/e/preview'

/** Where the embed stands, for the code that an agency pastes. */
export function embedPlaces(origin: string): EmbedPlaces {
  return {
    origin,
    loaderPath: LOADER.path,
    pinnedPath: PINNED_LOADER.path,
    integrity: LOADER_INTEGRITY,
    previewPath: PREVIEW_PATH,
  }
}

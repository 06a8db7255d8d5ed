/**
 * The kit of the server-rendered pages: one layout in the provider's brand, light and dark, that works without script
 * (experience.md sections 7 and 8). Values are escaped by `html`; faults of a form stand on top with links to their
 * fields; refusals are told in words with their reference.
 */

export { PROVIDER_NAME, showPage } from './layout.ts'
export type { PageOptions } from './layout.ts'
export {
  areaText,
  button,
  choices,
  errorSummary,
  facts,
  hiddenField,
  notice,
  postForm,
  stopByTelephone,
  telephoneLink,
  textArea,
  textField,
  tickBox,
} from './fields.ts'
export type { FieldError } from './fields.ts'
export { inLanguages } from './language-bar.ts'
export { LANGUAGE_NAMES } from './page-words.ts'
export { problemPage } from './problem-page.ts'
export { siteLink } from './site.ts'
export { makeAsset } from './asset.ts'
export { pageAssetRoutes, REFERENCE_STYLESHEET, STYLESHEET } from './look.ts'

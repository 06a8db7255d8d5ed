import './features-words.ts'

export { FeaturePage } from './feature-page.tsx'
export { FeaturesPage } from './features-page.tsx'
export { ChangeFeaturePage, NewFeaturePage } from './form-pages.tsx'
export { OwnFeaturesPage } from './own-features-page.tsx'
export { PartnerFeaturesPage } from './partner-features-page.tsx'

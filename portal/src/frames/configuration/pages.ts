import './configuration-words.ts'
import './configuration.css'

export { BrandingOfPartnerPage } from './branding-of-partner-page.tsx'
export { BrandingPage } from './branding-page.tsx'
export { ConfigurationPage } from './platform-page.tsx'

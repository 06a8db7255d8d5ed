import './configuration-words.ts'
import './configuration.css'

export { BrandingPage } from './branding-page.tsx'
export { ConfigurationPage } from './platform-page.tsx'

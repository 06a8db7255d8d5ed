import './developer-words.ts'
import '../shared/consent-words.ts'

export { GrantedConsentPage } from './granted-consent-page.tsx'

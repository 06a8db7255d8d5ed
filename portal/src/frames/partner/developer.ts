import { addWords } from '../../platform/words.ts'
import { onboarding } from '../../words/onboarding.ts'

export { ApiTermsPage } from './api-terms-page.tsx'
export { ClientPage } from './client-page.tsx'
export { ClientsPage } from './clients-page.tsx'
export { DecisionPage } from './decision-page.tsx'
export { GrantedPage } from './granted-page.tsx'
export { NewClientPage } from './new-client-page.tsx'
export { ReadyPage } from './ready-page.tsx'
export { RevokeClientPage } from './revoke-client-page.tsx'

addWords(onboarding)

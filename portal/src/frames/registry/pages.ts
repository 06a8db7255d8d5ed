import '../platform/oversight-words.ts'
import './registry-words.ts'

export { ApplicationPage } from './application-page.tsx'
export { ApplicationsPage } from './applications-page.tsx'
export { EditPartnerPage } from './edit-partner-page.tsx'
export { NewPartnerPage } from './new-partner-page.tsx'
export {
  PartnerActivityPage,
  PartnerClientsPage,
  PartnerConsentsPage,
  PartnerLinksPage,
  PartnerPage,
  PartnerPeoplePage,
} from './partner-pages.tsx'
export { PartnersPage } from './partners-page.tsx'
export { TerminatePage } from './terminate-page.tsx'

import './assistance-words.ts'

export {
  AccessInvoicesPage,
  AccessOrdersPage,
  AccessPage,
  AccessPaymentsPage,
  AccessTicketsPage,
} from './access-pages.tsx'
export { AccessesPage } from './list-page.tsx'
export { AskAccessPage } from './ask-page.tsx'
export { AccessTicketPage } from './ticket-page.tsx'

import { addWords } from '../../platform/words.ts'
import { billing } from '../../words/billing.ts'
import '../../styles/billing.css'

export { ActingBillingPage } from './acting-billing-page.tsx'
export { ActingInvoicePage } from './acting-invoice-page.tsx'
export { OrgDisputesPage, PartnerDisputesPage } from './disputes-page.tsx'
export { MoneyPage } from './money-page.tsx'
export { OrgBillingPage } from './org-billing-page.tsx'
export { OrgInvoicePage } from './org-invoice-page.tsx'
export { PartnerInvoicesPage } from './partner-invoices-page.tsx'
export { OrgPaymentsPage, PartnerPaymentsPage } from './payments-page.tsx'
export { ReminderPage } from './reminder-page.tsx'

addWords(billing)

import './customers-words.ts'

export { RelatedTenantPage } from './customer-page.tsx'
export { RelatedTenantsPage } from './customers-page.tsx'

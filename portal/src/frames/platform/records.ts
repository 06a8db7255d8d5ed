// First, so that the pages find their words when they are read.
import './platform-words.ts'

export { FreezesPage } from './freezes-page.tsx'
export { LinkPage } from './link-page.tsx'
export { LinksPage } from './links-page.tsx'
export { PersonsPage } from './persons-page.tsx'
export { RequestPage } from './request-page.tsx'
export { StaffPage } from './staff-page.tsx'
export { TenantPage } from './tenant-page.tsx'
export { TenantsPage } from './tenants-page.tsx'

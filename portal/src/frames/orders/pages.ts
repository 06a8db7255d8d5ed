import '../shared/consent-words.ts'
import './ordering-words.ts'

export { TenantNewOrderPage, OwnNewOrderPage } from './new-order-page.tsx'
export { PartnerOrderPage } from './partner-order-page.tsx'
export { PartnerOrdersPage } from './partner-orders-page.tsx'
export { PartnerServicesPage } from './partner-services-page.tsx'
export { PickTenantPage } from './pick-tenant-page.tsx'
export { TenantServicesPage } from './tenant-services-page.tsx'

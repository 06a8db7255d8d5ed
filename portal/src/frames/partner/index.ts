export { TenantsPage } from './tenants-page.tsx'
export { Frame } from './frame.tsx'
export { OverviewPage } from './overview-page.tsx'
export { QueuePage } from './queue-page.tsx'

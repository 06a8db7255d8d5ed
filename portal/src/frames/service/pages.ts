import './service-words.ts'

export { HealthPage } from './health-page.tsx'
export { JobsPage } from './jobs-page.tsx'
export { RolesPage } from './roles-page.tsx'
export { ScopesPage } from './scopes-page.tsx'

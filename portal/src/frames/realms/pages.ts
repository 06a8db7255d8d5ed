import './realms-words.ts'

export { RealmPage } from './realm-page.tsx'
export { UserPage } from './user-page.tsx'
export { UsersPage } from './users-page.tsx'

import './registry-words.ts'

export { ProfilePage } from './profile-page.tsx'

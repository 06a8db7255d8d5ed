import './org-words.ts'

export { ActivityPage } from './activity-page.tsx'
export { Frame } from './frame.tsx'
export { HomePage } from './home-page.tsx'
export { TicketsPage } from './tickets-page.tsx'

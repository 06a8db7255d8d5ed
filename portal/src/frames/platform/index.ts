import './platform-words.ts'

export { ActivityPage } from './activity-page.tsx'
export { Frame } from './frame.tsx'
export { WorkPage } from './work-page.tsx'

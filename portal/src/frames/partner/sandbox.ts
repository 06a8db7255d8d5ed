import './developer-words.ts'

export { SandboxPage } from './sandbox-page.tsx'

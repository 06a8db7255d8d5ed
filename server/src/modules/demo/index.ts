export { demoCode, readDemoFile, readDemoSignIns } from './sign-ins.ts'
export type { DemoFileBody, DemoSignIn } from './sign-ins.ts'
export { loadDemoWorld } from './world.ts'
export type { CredentialForms, DemoOptions } from './world.ts'

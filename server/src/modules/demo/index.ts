export { loadDemoIfEmpty } from './load.ts'
export { demoCode, readDemoSignIns } from './sign-ins.ts'

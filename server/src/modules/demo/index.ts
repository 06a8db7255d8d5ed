export { loadDemoIfEmpty } from './load.ts'
export { demoCode, readDemoRealmSignIns, readDemoSignIns } from './sign-ins.ts'

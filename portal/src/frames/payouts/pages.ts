import './payouts-words.ts'

export { AccountPage } from './account-page.tsx'
export { BatchPage } from './batch-page.tsx'
export { BatchesPage } from './batches-page.tsx'
export { NewBatchPage } from './new-batch-page.tsx'
export { OwnPayoutsPage } from './own-page.tsx'

import './deals-words.ts'

export { AllDealsPage } from './all-deals-page.tsx'
export { DealPage } from './deal-page.tsx'
export { NewDealPage } from './new-deal-page.tsx'
export { OwnDealsPage } from './own-deals-page.tsx'

import './plans-words.ts'

export { CataloguePage, OwnPlansPage } from './plans-page.tsx'
export { CataloguePlanPage, OwnPlanPage } from './plan-page.tsx'
export { NewCataloguePlanPage, NewOwnPlanPage } from './new-plan-page.tsx'
export { PlansOfPartnerPage } from './plans-of-partner-page.tsx'
export { SubscriptionPage } from './subscription-page.tsx'
export { SubscriptionsPage } from './subscriptions-page.tsx'

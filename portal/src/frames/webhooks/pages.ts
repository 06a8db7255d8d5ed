import { addWords } from '../../platform/words.ts'
import { webhooks } from '../../words/webhooks.ts'

export { NewWebhookPage } from './new-webhook-page.tsx'
export { WebhookPage } from './webhook-page.tsx'
export { WebhooksPage } from './webhooks-page.tsx'

addWords(webhooks)

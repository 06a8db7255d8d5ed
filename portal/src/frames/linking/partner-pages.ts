import { addWords } from '../../platform/words.ts'
import { linking } from '../../words/linking.ts'

export { EndLinkPage } from '../partner/end-link-page.tsx'
export { LinkPage } from '../partner/link-page.tsx'
export { NetworksPage } from './networks-page.tsx'
export { PartnerNewsPage } from './news-page.tsx'

addWords(linking)

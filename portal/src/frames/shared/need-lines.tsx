import './consent-words.ts'
import type { ApiClient } from '@liaison/client'

import { t } from '../../platform/words.ts'
import { sentenceOfAction } from './access-words.ts'

/** What a client says of its actions, a line each. */
export function NeedLines({ needs }: { needs: ApiClient['needs'] }) {
  return needs.map(({ action, is_needed: isNeeded, why }) => (
    <div key={action}>
      {sentenceOfAction(action)}
      {isNeeded && <span className="muted"> ({t('consent.needed')})</span>}
      {why !== null && <div className="muted small">{t('consent.needed_for', { why })}</div>}
    </div>
  ))
}

import './features-words.ts'

import { formatDate } from '../../platform/format.ts'
import { t } from '../../platform/words.ts'

type WhyProps = {
  answer: {
    sentence: string
    override_until: string | null
    override_by_name: string | null
    override_reason: string | null
    choice: 'in' | 'out' | null
    choice_by_name: string | null
  }
}

/** Why a partner has a feature or not, with who set or chose it. */
export function Why({ answer }: WhyProps) {
  const { override_by_name: by, override_reason: reason, override_until: until } = answer
  return (
    <>
      {answer.sentence}
      {by !== null && (
        <span className="muted small">
          {' '}
          {t('holders.set_by', { name: by, reason: reason ?? '' })}
          {until !== null && ` (${t('holders.until', { date: formatDate(until) ?? '' })})`}
        </span>
      )}
      {answer.choice_by_name !== null && answer.choice !== null && (
        <span className="muted small"> {t('holders.chose', { name: answer.choice_by_name })}</span>
      )}
    </>
  )
}

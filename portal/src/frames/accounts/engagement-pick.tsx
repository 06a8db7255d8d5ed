import { NativeSelect } from '@mantine/core'

import { t } from '../../platform/words.ts'

const engagements = ['sales', 'support', 'billing', 'managed'] as const

/** What an account is for. */
export type Engagement = (typeof engagements)[number]

/** The choice of what an account is for. */
export function EngagementPick({
  value,
  onValue,
}: {
  value: Engagement
  onValue: (value: Engagement) => void
}) {
  return (
    <NativeSelect
      id="engagement"
      label={t('accounts.engagement')}
      value={value}
      onChange={(event) => onValue(engagements.find((one) => one === event.currentTarget.value) ?? 'sales')}
    >
      {engagements.map((one) => (
        <option key={one} value={one}>
          {t(`accounts.engagement.${one}`)}
        </option>
      ))}
    </NativeSelect>
  )
}

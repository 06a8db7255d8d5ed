import { NativeSelect } from '@mantine/core'
import type { TenantGroup } from '@liaison/client'
import type { UseQueryResult } from '@tanstack/react-query'

import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { readEveryGroup } from './every.ts'

/** The partner's groups of tenants. */
export function useGroups(): UseQueryResult<TenantGroup[]> {
  return useRead(['tenant-groups'], (frame, signal) => readEveryGroup(frame.client, signal))
}

type GroupPickProps = { value: string; onValue: (groupId: string) => void }

/** A filter by one of the partner's groups; nothing while there is none. */
export function GroupPick({ value, onValue }: GroupPickProps) {
  const groups = useGroups().data ?? []
  if (groups.length === 0 && value === '') return null
  return (
    <NativeSelect
      className="pick"
      label={t('board.group')}
      value={value}
      onChange={(event) => onValue(event.currentTarget.value)}
    >
      <option value="">{t('board.all_groups')}</option>
      {groups.map((group) => (
        <option key={group.group_id} value={group.group_id}>
          {group.name}
        </option>
      ))}
    </NativeSelect>
  )
}

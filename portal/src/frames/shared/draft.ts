import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'

import { readTrouble } from '../../platform/access-problem.ts'
import { useFrame } from '../../platform/frame.ts'

/** What was read, with the tag that a change of it must present. */
type Tagged<Body> = { body: Body; etag: string | null }
type Edit<Value> = { value: Value; etag: string | null; isOvertaken: boolean }
type Stored<Body, Value> = {
  key: readonly unknown[]
  read: Tagged<Body>
  refetch: () => Promise<{ data: Tagged<Body> | undefined }>
  toValue: (body: Body) => Value
}

/**
 * What is entered over something that was read. It stays while the stored thing changes, and is written over the version that
 * the person saw: where somebody was first, the present state is read, to be shown beside what was entered, and the next
 * attempt is over that one. `key` is that of the read, whose place the answer of a save takes at once.
 */
export function useDraft<Body, Value>({ key, read, refetch, toValue }: Stored<Body, Value>) {
  const [edit, setEdit] = useState<Edit<Value> | null>(null)
  const frame = useFrame()
  const cache = useQueryClient()
  const base = edit ?? { value: toValue(read.body), etag: read.etag, isOvertaken: false }
  return {
    ...base,
    change: (value: Value) => setEdit({ ...base, value }),
    drop: () => setEdit(null),
    outcome: {
      onSuccess: (answer: Tagged<Body>) => {
        cache.setQueryData([frame.key, ...key], answer)
        setEdit(null)
      },
      onError: async (error: Error) => {
        if (readTrouble(error).kind !== 'stale') return
        const { data } = await refetch()
        if (data) setEdit((known) => known && { ...known, etag: data.etag, isOvertaken: true })
      },
    },
  }
}

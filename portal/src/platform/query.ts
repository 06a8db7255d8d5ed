import { LiaisonProblem } from '@liaison/client'
import {
  keepPreviousData,
  MutationCache,
  QueryCache,
  QueryClient,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import type { UseMutationResult, UseQueryResult } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import type { RouterHistory } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'

import { serverPlaces } from '../places.ts'
import { mayEndActing, readTrouble } from './access-problem.ts'
import { useFrame } from './frame.ts'
import type { Frame } from './frame.ts'
import { stopForMismatch } from './live.ts'
import { askForStepUp, createAskingClient, withStepUp } from './step-up.ts'

function here(): string {
  return window.location.pathname + window.location.search
}

function leavePage(error: unknown): boolean {
  const { kind } = readTrouble(error)
  if (kind === 'mismatch') stopForMismatch()
  if (kind === 'signed_out') window.location.assign(serverPlaces.signIn(here()))
  return kind === 'mismatch' || kind === 'signed_out'
}

type Fetchable = {
  meta?: Record<string, unknown> | undefined
  state: { data: unknown }
  fetch: () => Promise<unknown>
}

async function readAfterStepUp(query: Fetchable): Promise<void> {
  if (!(await askForStepUp())) return
  try {
    await query.fetch()
  } catch {
    // The query shows what became of it.
  }
}

/**
 * A page that cannot be read yet leads to the step-up and back; one that is read already stays, with what was entered in it,
 * and so does one of which only a part at the side is missing, which asks in its place.
 */
function askOfRead(error: unknown, query: Fetchable): void {
  if (readTrouble(error).kind !== 'step_up' || query.meta?.['isAside']) return
  if (query.state.data === undefined) {
    window.location.assign(serverPlaces.stepUp(here()))
    return
  }
  void readAfterStepUp(query)
}

/**
 * The cache of all answers. A lost session leads to the server's page and back; so does a missing step-up of a read,
 * while a write asks for it beside the page; a refusal inside a tenant asks the server again whether the person may be
 * there at all.
 */
export function createQueryClient(): QueryClient {
  const onError = (error: unknown, frame: unknown) => {
    if (leavePage(error)) return
    if (mayEndActing(error) && typeof frame === 'string' && frame.startsWith('acting:')) {
      void client.invalidateQueries({ queryKey: [frame, 'context'] })
    }
  }
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        askOfRead(error, query)
        if (query.queryKey[1] !== 'context') onError(error, query.queryKey[0])
        else leavePage(error)
      },
    }),
    mutationCache: new MutationCache({
      onError: (...[error, , , mutation]) => onError(error, mutation.options.mutationKey?.[0]),
    }),
    defaultOptions: {
      queries: {
        // Without a network a page says so, and what was pressed fails at once: held back, it would be carried out later, unseen.
        networkMode: 'always',
        refetchOnReconnect: true,
        staleTime: 15_000,
        retry: (count, error) => count < 1 && ['busy', 'unreachable'].includes(readTrouble(error).kind),
        refetchOnWindowFocus: true,
      },
      mutations: { networkMode: 'always', retry: false },
    },
  })
  return client
}

async function turnToLastPage(history: RouterHistory, answer: unknown): Promise<void> {
  const { pathname, search } = history.location
  if (!search.includes('page=')) return
  const { lastPageFrom } = await import('./last-page.ts')
  const address = lastPageFrom(pathname + search, answer)
  if (address !== null && history.location.search === search) history.replace(address)
}

/** Turns to the last page of a list where the address names one beyond it, so that nobody takes the list for empty. */
function useLastPage(answer: unknown): void {
  const { history } = useRouter()
  useEffect(() => {
    void turnToLastPage(history, answer)
  }, [answer, history])
}

/**
 * Forgets an answer with the tag of its version where something was written since and nobody looks at it: a form that began
 * from it for the moment until it is read again would be refused as older than what the same person has just saved.
 */
function forgetOldTag(client: QueryClient, queryKey: readonly unknown[]): void {
  const kept = client.getQueryState<{ etag?: unknown }>(queryKey)
  if (kept?.isInvalidated && kept.data?.etag)
    client.removeQueries({ queryKey, exact: true, type: 'inactive' })
}

/**
 * Reads under the key of the present frame; the reader gets that frame and a signal that ends the call. What is kept is shown
 * until the next answer is there, also after a write.
 */
export function useRead<Answer>(
  key: readonly unknown[],
  read: (frame: Frame, signal: AbortSignal) => Promise<Answer>,
  options: { enabled?: boolean; keep?: boolean; refetchMs?: number; isAside?: boolean } = {},
): UseQueryResult<Answer> {
  const frame = useFrame()
  const queryKey = [frame.key, ...key]
  const client = useQueryClient()
  if (!options.keep) forgetOldTag(client, queryKey)
  const answer = useQuery<Answer>({
    queryKey,
    queryFn: ({ signal }) => read(frame, signal),
    enabled: options.enabled ?? true,
    ...(options.isAside ? { meta: { isAside: true } } : {}),
    ...(options.keep ? { placeholderData: keepPreviousData } : {}),
    ...(options.refetchMs === undefined ? {} : { refetchInterval: options.refetchMs }),
  })
  useLastPage(answer.data)
  return answer
}

/**
 * Whether somebody acted meanwhile, so that the page offers what is possible no more: it is read again, and says behind the
 * refusal how it stands now. A form that was written for another version is none of these: it is compared by its reader.
 */
const isOutdated = ({ code }: LiaisonProblem): boolean =>
  ['OUTCOME_CHANGED', 'SNAPSHOT_STALE', 'PAYOUT_EMPTY'].includes(code) || code.endsWith('_STATE_CONFLICT')

/** What tells one thing that is sent from another; files have nothing that would be written of them by itself. */
const contentOf = (input: unknown): string =>
  JSON.stringify(input, (_, value: unknown) =>
    value instanceof File ? [value.name, value.size, value.lastModified] : value,
  ) ?? ''

/**
 * A write in the present frame; pressed twice before its button says that it works, it is sent once, since the second answer
 * would say of what the first one did that it is not possible. Afterwards all that the frame has shown is read again. A call
 * that needs a step-up waits for it and is then sent again as it was; a write that makes its one call with another client is
 * sent again as a whole.
 */
export function useWrite<Input, Answer>(
  write: (input: Input, frame: Frame) => Promise<Answer>,
  onDone?: (answer: Answer, input: Input) => void,
): UseMutationResult<Answer, Error, Input> {
  const frame = useFrame()
  const sent = useRef<string | null>(null)
  const made = useMutation<Answer, Error, Input>({
    mutationKey: [frame.key],
    mutationFn: (input) =>
      withStepUp(() => write(input, { ...frame, client: createAskingClient(frame.client) })),
    onSuccess: (...[answer, input, , context]) => {
      onDone?.(answer, input)
      void context.client.invalidateQueries({ queryKey: [frame.key] })
    },
    onError: (...[error, , , context]) => {
      if (error instanceof LiaisonProblem && isOutdated(error))
        void context.client.invalidateQueries({ queryKey: [frame.key] })
    },
    onSettled: (...[, , input]) => {
      if (sent.current === contentOf(input)) sent.current = null
    },
  })
  const mutate: typeof made.mutate = (...sending) => {
    const content = contentOf(sending[0])
    if (sent.current === content) return
    sent.current = content
    made.mutate(...sending)
  }
  return { ...made, mutate }
}

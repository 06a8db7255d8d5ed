import './referrals-words.ts'
import { Button, Modal, TextInput } from '@mantine/core'
import { useState } from 'react'

import { errorOf, ErrorSummary, WriteProblem } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { t } from '../../platform/words.ts'
import { blankCode, checkCode } from './code-draft.ts'
import type { CodeDraft } from './code-draft.ts'

type Change = (change: Partial<CodeDraft>) => void
type FieldsProps = { draft: CodeDraft; errors: readonly FormError[]; onDraft: Change }

function NameFields({ draft, errors, onDraft }: FieldsProps) {
  return (
    <>
      <TextInput
        id="code"
        label={t('code_form.code')}
        description={t('code_form.code_about')}
        value={draft.code}
        maxLength={24}
        error={errorOf(errors, 'code')}
        onChange={(event) => onDraft({ code: event.currentTarget.value })}
      />
      <TextInput
        id="label"
        label={t('code_form.label')}
        value={draft.label}
        maxLength={100}
        onChange={(event) => onDraft({ label: event.currentTarget.value })}
      />
      <TextInput
        id="campaign"
        label={t('code_form.campaign')}
        value={draft.campaign}
        maxLength={60}
        onChange={(event) => onDraft({ campaign: event.currentTarget.value })}
      />
    </>
  )
}

function PageField({ draft, errors, hosts, onDraft }: FieldsProps & { hosts: readonly string[] }) {
  const isClosed = hosts.length === 0
  return (
    <TextInput
      id="page"
      label={t('code_form.page')}
      description={
        isClosed ? t('code_form.page_none') : t('code_form.page_about', { hosts: hosts.join(', ') })
      }
      disabled={isClosed}
      value={draft.page}
      maxLength={500}
      error={errorOf(errors, 'page')}
      onChange={(event) => onDraft({ page: event.currentTarget.value })}
    />
  )
}

function BoundFields({ draft, errors, onDraft }: FieldsProps) {
  return (
    <>
      <TextInput
        id="limit"
        label={t('code_form.limit')}
        description={t('code_form.limit_about')}
        inputMode="numeric"
        value={draft.limit}
        maxLength={6}
        error={errorOf(errors, 'limit')}
        onChange={(event) => onDraft({ limit: event.currentTarget.value })}
      />
      <TextInput
        id="until"
        type="date"
        label={t('code_form.until')}
        value={draft.until}
        onChange={(event) => onDraft({ until: event.currentTarget.value })}
      />
    </>
  )
}

type CodeFormProps = {
  hosts: readonly string[]
  isBusy: boolean
  error: Error | null
  onMake: (draft: CodeDraft) => void
  onClose: () => void
}

/** A code of one's own choice: what it reads, where it leads, how often and until when it counts. */
export function CodeForm({ hosts, isBusy, error, onMake, onClose }: CodeFormProps) {
  const [draft, setDraft] = useState(blankCode)
  const [errors, setErrors] = useState<FormError[]>([])
  const change: Change = (changed) => setDraft((before) => ({ ...before, ...changed }))
  const send = () => {
    const found = checkCode(draft)
    setErrors(found)
    if (found.length === 0) onMake(draft)
  }
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('code_form.title')}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <form
        className="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          send()
        }}
      >
        <ErrorSummary errors={errors} />
        <WriteProblem error={error} />
        <NameFields draft={draft} errors={errors} onDraft={change} />
        <PageField draft={draft} errors={errors} hosts={hosts} onDraft={change} />
        <BoundFields draft={draft} errors={errors} onDraft={change} />
        <div className="row ends">
          <Button variant="default" onClick={onClose}>
            {t('code_form.keep')}
          </Button>
          <Button type="submit" loading={isBusy}>
            {t('code_form.save')}
          </Button>
        </div>
      </form>
    </Modal>
  )
}

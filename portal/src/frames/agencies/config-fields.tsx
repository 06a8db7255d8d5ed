import { Button, NativeSelect, Textarea, TextInput } from '@mantine/core'
import type { FormConfigAnswer } from '@liaison/client'

import { errorOf } from '../../parts/error-summary.tsx'
import type { FormError } from '../../parts/error-summary.tsx'
import { t } from '../../platform/words.ts'
import { Ticks } from '../shared/ticks.tsx'
import { blankRule, contrastOnAccent, languages, languagesOf, mostRules, moveRule } from './config-draft.ts'
import type { ConfigDraft, Language, RuleDraft, TextsDraft } from './config-draft.ts'

type FieldsProps = {
  draft: ConfigDraft
  errors: readonly FormError[]
  onDraft: (draft: ConfigDraft) => void
}

type RulesProps = {
  rules: readonly RuleDraft[]
  errors: readonly FormError[]
  onRules: (rules: RuleDraft[]) => void
}

type RuleProps = Pick<RulesProps, 'rules' | 'onRules'> & { rule: RuleDraft; index: number }

function RuleActs({ rules, rule, index, onRules }: RuleProps) {
  const number = index + 1
  return (
    <div className="row">
      <Button
        variant="default"
        size="compact-sm"
        disabled={index === 0}
        aria-label={t('form.rule_up', { number })}
        onClick={() => onRules(moveRule(rules, index, -1))}
      >
        ↑
      </Button>
      <Button
        variant="default"
        size="compact-sm"
        disabled={index === rules.length - 1}
        aria-label={t('form.rule_down', { number })}
        onClick={() => onRules(moveRule(rules, index, 1))}
      >
        ↓
      </Button>
      <Button
        variant="default"
        size="compact-sm"
        aria-label={t('form.rule_remove', { number })}
        onClick={() => onRules(rules.filter((one) => one.key !== rule.key))}
      >
        ×
      </Button>
    </div>
  )
}

/** Rules in their order; buttons move them, so that nobody has to drag (WCAG 2.5.7). */
function Rules({ rules, errors, onRules }: RulesProps) {
  return (
    <fieldset className="stack tight">
      <legend>{t('form.field_rules')}</legend>
      {rules.map((rule, index) => {
        const number = index + 1
        return (
          <div key={rule.key} className="rule-row">
            <TextInput
              id={`rule-${rule.key}`}
              label={t('form.rule_label', { number })}
              value={rule.text}
              maxLength={240}
              error={errorOf(errors, `rule-${rule.key}`)}
              onChange={(event) => {
                const text = event.currentTarget.value
                onRules(rules.map((one) => (one.key === rule.key ? { ...one, text } : one)))
              }}
            />
            <RuleActs rules={rules} rule={rule} index={index} onRules={onRules} />
          </div>
        )
      })}
      {rules.length < mostRules && (
        <div>
          <Button variant="default" size="compact-sm" onClick={() => onRules([...rules, blankRule()])}>
            {t('form.rule_add')}
          </Button>
        </div>
      )}
    </fieldset>
  )
}

type TextsProps = {
  language: Language
  texts: TextsDraft
  errors: readonly FormError[]
  onTexts: (texts: TextsDraft) => void
}

function Texts({ language, texts, errors, onTexts }: TextsProps) {
  return (
    <fieldset className="stack tight">
      <legend>{t('form.language_of', { language: t(`form.language_${language}`) })}</legend>
      <TextInput
        label={t('form.field_title')}
        value={texts.title}
        maxLength={120}
        onChange={(event) => onTexts({ ...texts, title: event.currentTarget.value })}
      />
      <Textarea
        id={`intro-${language}`}
        label={t('form.field_intro')}
        description={t('form.field_intro_about')}
        value={texts.intro}
        maxLength={600}
        rows={3}
        onChange={(event) => onTexts({ ...texts, intro: event.currentTarget.value })}
      />
      <Rules rules={texts.rules} errors={errors} onRules={(rules) => onTexts({ ...texts, rules })} />
    </fieldset>
  )
}

const looks = [
  { field: 'radius', label: 'form.field_radius', values: ['none', 'small', 'large'] },
  { field: 'appearance', label: 'form.field_appearance', values: ['light', 'dark', 'auto'] },
  { field: 'density', label: 'form.field_density', values: ['comfortable', 'compact'] },
] as const

const lookWords = {
  none: 'form.radius_none',
  small: 'form.radius_small',
  large: 'form.radius_large',
  light: 'form.appearance_light',
  dark: 'form.appearance_dark',
  auto: 'form.appearance_auto',
  comfortable: 'form.density_comfortable',
  compact: 'form.density_compact',
} as const

function Look({ draft, errors, onDraft }: FieldsProps) {
  const contrast = contrastOnAccent(draft.theme.accent)
  const isGood = contrast !== null && contrast >= 4.5
  return (
    <>
      <TextInput
        id="accent"
        type="color"
        label={t('form.field_accent')}
        description={isGood ? t('form.accent_good', { ratio: contrast.toFixed(1) }) : undefined}
        value={draft.theme.accent}
        error={errorOf(errors, 'accent')}
        onChange={(event) =>
          onDraft({ ...draft, theme: { ...draft.theme, accent: event.currentTarget.value.toLowerCase() } })
        }
      />
      {looks.map(({ field, label, values }) => (
        <NativeSelect
          key={field}
          label={t(label)}
          value={draft.theme[field]}
          data={values.map((value) => ({ value, label: t(lookWords[value]) }))}
          onChange={(event) => {
            const chosen = values.find((value) => value === event.currentTarget.value)
            if (chosen) onDraft({ ...draft, theme: { ...draft.theme, [field]: chosen } })
          }}
        />
      ))}
    </>
  )
}

type ConfigFieldsProps = FieldsProps & { types: FormConfigAnswer['voucher_types'] }

function TypesAndLanguages({ draft, errors, types, onDraft }: ConfigFieldsProps) {
  const missing = errorOf(errors, 'types')
  return (
    <>
      {types.length === 0 ? (
        <p id="types">{t('form.types_none')}</p>
      ) : (
        <Ticks
          id="types"
          legend={t('form.field_types')}
          entries={types.map(({ code, label }) => ({ value: code, label }))}
          ticked={draft.types}
          onTicked={(chosen) => onDraft({ ...draft, types: chosen })}
        />
      )}
      {missing !== undefined && <p className="late">{missing}</p>}
      <Ticks
        id="languages"
        legend={t('form.field_languages')}
        entries={languages.map((language) => ({ value: language, label: t(`form.language_${language}`) }))}
        ticked={languagesOf(draft)}
        onTicked={(chosen) => onDraft({ ...draft, languages: chosen })}
      />
      <NativeSelect
        label={t('form.field_default_language')}
        value={draft.defaultLanguage}
        data={languages.map((language) => ({ value: language, label: t(`form.language_${language}`) }))}
        onChange={(event) => {
          const chosen = languages.find((language) => language === event.currentTarget.value)
          if (chosen) onDraft({ ...draft, defaultLanguage: chosen })
        }}
      />
    </>
  )
}

/** What a form issues, says and looks like. */
export function ConfigFields(props: ConfigFieldsProps) {
  const { draft, errors, onDraft } = props
  return (
    <>
      <TypesAndLanguages {...props} />
      {languagesOf(draft).map((language) => (
        <Texts
          key={language}
          language={language}
          texts={draft.texts[language]}
          errors={errors}
          onTexts={(texts) => onDraft({ ...draft, texts: { ...draft.texts, [language]: texts } })}
        />
      ))}
      <Look draft={draft} errors={errors} onDraft={onDraft} />
    </>
  )
}

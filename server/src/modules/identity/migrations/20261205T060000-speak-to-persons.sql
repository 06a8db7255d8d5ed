set role liaison_owner;

alter table person add column language text;
alter table person add constraint person_language_check check (language in ('en', 'es', 'fr')) not valid;
comment on column person.language is 'The language that the person chose for mails and pages; null while none was chosen. The column locale, which nobody could set, is read no more.';

reset role;
set role liaison_authz;

-- The language that the person of the context chose for themselves; null where none was chosen, or there is no person.
create function access.own_language() returns text
  language sql stable security definer
  set search_path = pg_catalog
  as $$ select p.language from public.person p where p.id = access.context_id('actor_id') $$;
grant execute on function access.own_language() to liaison_auth, liaison_tenant;

-- One letter of several that say the same, each under its language: the one that its reader chose, else the one in which the matter was read, else the English one.
create function access.letter_in(letters jsonb, chosen text, spoken text) returns jsonb
  language sql immutable
  set search_path = pg_catalog
  as $$ select coalesce(letters -> chosen, letters -> spoken, letters -> 'en') $$;

reset role;

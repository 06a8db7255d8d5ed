set role liaison_authz;

-- Over the API owners of a partner read how many users a plan has; whoever works there was told it here.
create or replace function access.count_plan_users(plans uuid[]) returns table (plan_id uuid, partner_id uuid, live integer)
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
  as $$
  select (access.term_now(s.id)).plan_id, s.partner_id, count(*)::integer
  from public.subscription s
  where s.id in (select t.subscription_id from public.subscription_term t where t.plan_id = any (plans)) and s.status <> 'unsigned' and access.subscription_state(s) <> 'unsigned'
    and (access.context_plane() = 'platform' or (access.context_plane() = 'program' and s.partner_id = access.partner_of_owner()))
  group by 1, 2
$$;

reset role;

set role liaison_owner;

-- Who sees what: end users their own, people of a partner those of its user base, the provider states and holds, our own work everything.
create policy for_my_role on plan for select to liaison_realm using (id in (select access.visible_plans()));
create policy for_my_role on plan_version for select to liaison_realm using (plan_id in (select access.visible_plans()));
create policy for_my_role on plan_role for select to liaison_realm using (plan_id in (select access.visible_plans()));
create policy for_my_role on partner_plan for select to liaison_realm using (partner_id = (select access.context_id('partner_id')) and plan_id in (select access.visible_plans()));
grant select on plan, plan_version, plan_role, partner_plan to liaison_realm;

create procedure private.share_subscriptions(relation regclass)
  language plpgsql
  as $$
begin
  execute format('create policy own on %s to liaison_realm using ((select access.context_plane()) = ''realm'' and partner_id = (select access.context_id(''partner_id'')) and end_user_id = (select access.context_id(''end_user_id''))) with check ((select access.context_plane()) = ''realm'' and partner_id = (select access.context_id(''partner_id'')) and end_user_id = (select access.context_id(''end_user_id'')))', relation);
  execute format('create policy partner_side on %s to liaison_program using (partner_id = (select access.own_partner())) with check (partner_id = (select access.own_partner()))', relation);
  execute format('create policy provider_side on %s to liaison_platform using ((select access.context_plane()) = ''platform'') with check ((select access.context_plane()) = ''platform'')', relation);
  execute format('create policy own_work on %s to liaison_job, liaison_ingest using ((select access.context_plane()) is not null) with check ((select access.context_plane()) is not null)', relation);
  execute format('grant select on %s to liaison_realm, liaison_program, liaison_platform, liaison_job, liaison_ingest', relation);
end
$$;
call private.share_subscriptions('subscription');
call private.share_subscriptions('subscription_term');
call private.share_subscriptions('subscription_hold');
call private.share_subscriptions('subscription_event');
grant insert (partner_id, end_user_id, first_plan_id) on subscription to liaison_realm;
grant update (status, cancel_cause, end_reason, end_note) on subscription to liaison_realm, liaison_program, liaison_job, liaison_ingest;
grant update (confirmed_by_name) on subscription to liaison_program;
grant insert (subscription_id, plan_id, starts_at), update (withdrawn_at) on subscription_term to liaison_realm;
grant insert (partner_id, end_user_id, subscription_id, kind, reason, placed_by_name), update (released_at, released_by_name, release_reason) on subscription_hold to liaison_program, liaison_platform, liaison_job, liaison_ingest;

create policy arriving on payment_event to liaison_ingest using ((select access.context_plane()) is not null) with check ((select access.context_plane()) is not null);
create policy partner_side on payment_event for select to liaison_program using (partner_id = (select access.own_partner()));
grant select, insert (source, event_id, subscription_id, partner_id, kind, occurred_at, outcome) on payment_event to liaison_ingest;
grant select on payment_event to liaison_program;

reset role;

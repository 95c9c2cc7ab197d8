// Who is let in by something other than a policy document: function permissions, attached policies, boundaries, identity
// providers, users and keys, listeners and the groups that a resource stands in.
// Next: scripts/review/attribute-findings.ts, single attributes.
import { isDeepStrictEqual } from 'node:util';

import type { Effect, Finding } from './finding.ts';
import { code, codes } from './markdown.ts';
import { holdsUnknown, knownAfterApply, type PlannedResource, type Values } from './planned-resource.ts';

/** What a resource changes for who is let in where. */
export function findAccessChanges(resource: PlannedResource): Finding[] {
  if (resource.mode !== 'managed' || resource.action === 'forget') return [];
  return [...(byType[resource.type] ?? []), findGroups, findRoles].flatMap((find) => find(resource));
}

type Find = (resource: PlannedResource) => Finding[];

const finding = (resource: PlannedResource, kind: string, effect: Effect, loud: boolean, line: string): Finding => ({
  effect,
  loud,
  kind,
  address: resource.address,
  text: line,
});

/** The words for something that is there or not. */
interface Presence {
  readonly subject: string;
  readonly gains: string;
  readonly loses: string;
  readonly loud: boolean;
}

/** A permission, an attachment: it is there or not, and what it says in words is all that counts. */
const whole =
  (kind: string, describe: (values: Values) => Presence): Find =>
  (resource) => {
    const old = resource.before === null ? null : describe(resource.before);
    const now = resource.after === null ? null : describe(resource.after);
    if (old?.gains === now?.gains && old?.subject === now?.subject) return [];
    const comes = now === null ? null : `${now.subject} ${now.gains}`;
    const goes = old === null ? null : `${old.subject} ${old.loses}`;
    return [
      ...(comes === null
        ? []
        : [finding(resource, kind, holdsUnknown(comes) ? 'unknown' : 'widens', now?.loud === true, comes)]),
      ...(goes === null ? [] : [finding(resource, kind, 'narrows', false, goes)]),
    ];
  };

const attachment = (label: string, attribute: string): Find =>
  whole('iam', (values) => {
    const policy = text(values['policy_arn']);
    const loud = /(?:AdministratorAccess|PowerUserAccess|FullAccess|IAMFullAccess)$/.test(policy);
    const subject = `${label} ${code(text(values[attribute]))}`;
    const warning = loud ? ' **A policy of AWS that allows nearly everything.**' : '';
    return {
      subject,
      gains: `now also has the policy ${code(policy)}${warning}`,
      loses: `no longer has the policy ${code(policy)}`,
      loud,
    };
  });

const byType: Readonly<Record<string, readonly Find[]>> = {
  aws_lambda_permission: [
    whole('resource policy', (values) => {
      const principal = text(values['principal']);
      const limits = ['source_arn', 'source_account', 'principal_org_id', 'function_url_auth_type'].filter((each) =>
        isSet(values[each]),
      );
      const when =
        limits.length === 0
          ? ''
          : ` when ${limits.map((each) => code(`${each} = ${text(values[each])}`)).join(' and ')}`;
      const who = principal === '*' ? '**anyone**' : code(principal);
      const what = `do ${code(text(values['action']))}${isSet(values['qualifier']) ? ` on ${code(text(values['qualifier']))}` : ''}${when}`;
      const loud = principal === '*' || (principal.endsWith('.amazonaws.com') && limits.length === 0);
      const warning = loud ? ' **No source is asked for.**' : '';
      const subject = `function ${code(text(values['function_name']))}: ${who}`;
      return { subject, gains: `may now also ${what}${warning}`, loses: `may no longer ${what}`, loud };
    }),
  ],
  aws_iam_role_policy_attachment: [attachment('role', 'role')],
  aws_iam_user_policy_attachment: [attachment('user', 'user')],
  aws_iam_group_policy_attachment: [attachment('group', 'group')],
  aws_iam_openid_connect_provider: [
    whole('iam', (values) => ({
      subject: `the account`,
      gains: `now trusts tokens of ${code(text(values['url']))} for ${code(text(values['client_id_list']))}`,
      loses: `no longer trusts tokens of ${code(text(values['url']))} for ${code(text(values['client_id_list']))}`,
      loud: false,
    })),
  ],
  aws_iam_saml_provider: [
    whole('iam', (values) => ({
      subject: 'the account',
      gains: `now trusts the SAML provider ${code(text(values['name']))}`,
      loses: `no longer trusts the SAML provider ${code(text(values['name']))}`,
      loud: true,
    })),
  ],
  aws_iam_access_key: [
    whole('iam', (values) => ({
      subject: `user ${code(text(values['user']))}`,
      gains: 'now has a long-lived key **A key that never expires.**',
      loses: 'no longer has this long-lived key',
      loud: true,
    })),
  ],
  aws_kms_grant: [
    whole('resource policy', (values) => ({
      subject: code(text(values['grantee_principal'])),
      gains: `may now also do ${code(text(values['operations']))} with key ${code(text(values['key_id']))}`,
      loses: `may no longer do ${code(text(values['operations']))} with key ${code(text(values['key_id']))}`,
      loud: false,
    })),
  ],
  aws_internet_gateway: [
    whole('exposure', (values) => ({
      subject: `network ${code(text(values['vpc_id']))}`,
      gains: 'now has a way to and from the internet',
      loses: 'no longer has a way to and from the internet',
      loud: true,
    })),
  ],
  aws_route: [
    whole('network', (values) => {
      const to = text(
        values['destination_cidr_block'] ??
          values['destination_ipv6_cidr_block'] ??
          values['destination_prefix_list_id'],
      );
      const by = Object.keys(values).find(
        (key) =>
          /_(?:id|arn)$/.test(key) &&
          !/^(?:route_table|instance_owner|destination)/.test(key) &&
          isSet(values[key]) &&
          values[key] !== knownAfterApply,
      );
      const way = `sends ${code(to)} to ${code(text(by === undefined ? knownAfterApply : values[by]))}`;
      return {
        subject: `route table ${code(text(values['route_table_id']))}`,
        gains: `now ${way}`,
        loses: `no longer ${way}`,
        loud: false,
      };
    }),
  ],
  aws_lb_listener: [findListener],
  aws_alb_listener: [findListener],
  aws_vpclattice_listener: [findListener],
};

/** A door: which port, which protocol, which TLS policy, whose certificate. */
function findListener(resource: PlannedResource): Finding[] {
  const { before, after, address } = resource;
  const door = (values: Values): string => `${code(text(values['protocol']))} on port ${code(text(values['port']))}`;
  if (before === null && after !== null)
    return [finding(resource, 'listener', 'widens', false, `${code(address)} is new: ${door(after)}`)];
  if (before !== null && after === null)
    return [finding(resource, 'listener', 'narrows', false, `${code(address)} goes: ${door(before)}`)];
  if (before === null || after === null) return [];
  return [
    'port',
    'protocol',
    'ssl_policy',
    'certificate_arn',
    'default_action',
    'mutual_authentication',
    'alpn_policy',
  ].flatMap((attribute) => {
    const [old, now] = [before[attribute], after[attribute]];
    if (isDeepStrictEqual(old, now)) return [];
    const effect: Effect = holdsUnknown(now) ? 'unknown' : 'changes';
    return [
      finding(
        resource,
        'listener',
        effect,
        false,
        `${code(address)} changes ${code(attribute)}: ${code(text(old))} to ${code(text(now))}`,
      ),
    ];
  });
}

/** The security groups that a resource stands in, wherever the type has them. */
function findGroups(resource: PlannedResource): Finding[] {
  const { before, after, address, type } = resource;
  if (before === null || after === null || /security_group/.test(type)) return [];
  const [old, now] = [before, after].map(collectGroups);
  if (old === undefined || now === undefined) return [];
  if (now.includes(knownAfterApply) && !isDeepStrictEqual(old, now))
    return [
      finding(
        resource,
        'network',
        'unknown',
        false,
        `${code(address)} stands in security groups that are known only after the apply`,
      ),
    ];
  const gained = now.filter((each) => !old.includes(each));
  const lost = old.filter((each) => !now.includes(each));
  return [
    ...(gained.length > 0
      ? [
          finding(
            resource,
            'network',
            'widens',
            false,
            `${code(address)} now also stands in security group ${codes(gained)}`,
          ),
        ]
      : []),
    ...(lost.length > 0
      ? [
          finding(
            resource,
            'network',
            'changes',
            false,
            `${code(address)} no longer stands in security group ${codes(lost)}`,
          ),
        ]
      : []),
  ];
}

function collectGroups(values: Values): string[] {
  const places = [
    values,
    ...['vpc_config', 'network_configuration', 'network_interfaces'].flatMap((key) => [values[key]].flat()),
  ];
  return places
    .flatMap((place) =>
      typeof place === 'object' && place !== null
        ? ['security_groups', 'security_group_ids', 'vpc_security_group_ids'].map(
            (key) => Reflect.get(place, key) as unknown,
          )
        : [],
    )
    .flatMap((list) => (list === knownAfterApply ? [knownAfterApply] : Array.isArray(list) ? list.map(text) : []))
    .toSorted();
}

/** As whom a program runs. */
function findRoles(resource: PlannedResource): Finding[] {
  const { before, after, address } = resource;
  if (before === null || after === null) return [];
  return [
    'role',
    'role_arn',
    'task_role_arn',
    'execution_role_arn',
    'service_role_arn',
    'iam_instance_profile',
    'permissions_boundary',
  ]
    .filter(
      (attribute) => isSet(before[attribute]) && isSet(after[attribute]) && before[attribute] !== after[attribute],
    )
    .filter((attribute) => !(attribute === 'role' && resource.type.startsWith('aws_iam_')))
    .map((attribute) => {
      const now = text(after[attribute]);
      const said = `${code(address)} changes ${code(attribute)}: ${code(text(before[attribute]))} to ${code(now)}`;
      return finding(
        resource,
        'iam',
        now === knownAfterApply ? 'unknown' : 'changes',
        attribute === 'permissions_boundary',
        said,
      );
    });
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

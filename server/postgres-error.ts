// The one error that a client sees: thrown anywhere in server/, turned into ErrorResponse in one place (session).
// Names and codes are PostgreSQL's (Appendix A); messages follow its style: lower case, no period, advice in the hint.

export const SQLSTATE = {
  successful_completion: '00000',
  protocol_violation: '08P01',
  connection_failure: '08006',
  feature_not_supported: '0A000',
  numeric_value_out_of_range: '22003',
  datetime_field_overflow: '22008',
  invalid_datetime_format: '22007',
  string_data_right_truncation: '22001',
  character_not_in_repertoire: '22021',
  invalid_parameter_value: '22023',
  invalid_text_representation: '22P02',
  invalid_binary_representation: '22P03',
  bad_copy_file_format: '22P04',
  data_exception: '22000',
  not_null_violation: '23502',
  foreign_key_violation: '23503',
  unique_violation: '23505',
  check_violation: '23514',
  invalid_transaction_state: '25000',
  active_sql_transaction: '25001',
  read_only_sql_transaction: '25006',
  in_failed_sql_transaction: '25P02',
  invalid_sql_statement_name: '26000',
  invalid_authorization_specification: '28000',
  invalid_password: '28P01',
  invalid_cursor_name: '34000',
  invalid_catalog_name: '3D000',
  insufficient_privilege: '42501',
  syntax_error: '42601',
  duplicate_column: '42701',
  undefined_column: '42703',
  undefined_object: '42704',
  datatype_mismatch: '42804',
  undefined_table: '42P01',
  undefined_parameter: '42P02',
  duplicate_prepared_statement: '42P05',
  indeterminate_datatype: '42P18',
  generated_always: '428C9',
  insufficient_resources: '53000',
  out_of_memory: '53200',
  too_many_connections: '53300',
  program_limit_exceeded: '54000',
  query_canceled: '57014',
  admin_shutdown: '57P01',
  cannot_connect_now: '57P03',
  idle_session_timeout: '57P05',
  system_error: '58000',
  io_error: '58030',
  internal_error: 'XX000',
} as const;

export type Condition = keyof typeof SQLSTATE;
export type Severity = 'ERROR' | 'FATAL' | 'PANIC' | 'WARNING' | 'NOTICE';

export interface ErrorDetails {
  readonly severity?: Severity;
  readonly detail?: string;
  readonly hint?: string;
  /** Character position in the statement, from 1. */
  readonly position?: number;
  /** CONTEXT, e.g. `COPY assets, line 3, column name`. */
  readonly where?: string;
  readonly schema?: string;
  readonly table?: string;
  readonly column?: string;
  readonly cause?: unknown;
}

export class PostgresError extends Error {
  override readonly name = 'PostgresError';
  readonly code: string;

  /** `condition` is PostgreSQL's name, or a code of five characters that came from CDF's outcome or the engine. */
  constructor(
    condition: Condition | { readonly code: string },
    message: string,
    readonly details: ErrorDetails = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = typeof condition === 'string' ? SQLSTATE[condition] : condition.code;
  }

  get severity(): Severity {
    return this.details.severity ?? 'ERROR';
  }
}

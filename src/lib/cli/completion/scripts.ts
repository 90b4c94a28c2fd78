/** The shells that have a completion script. */
export const COMPLETION_SHELLS = ['bash', 'zsh', 'fish'] as const;

/** One of {@link COMPLETION_SHELLS}. */
export type CompletionShell = (typeof COMPLETION_SHELLS)[number];

// Works with bash 3.2 (macOS) and later. Bash also splits words at = and :. The script joins them
// again and returns only the part of each candidate after the last split.
const BASH = `# bash completion for circleci-admin
_circleci_admin() {
  local cur=\${COMP_WORDS[COMP_CWORD]} word glued='' i
  local -a words=()
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if ((i > 1)) && [[ $word == [=:] || \${COMP_WORDS[i - 1]} == [=:] ]]; then
      words[\${#words[@]}-1]+=$word
    else
      words+=("$word")
    fi
  done
  glued=\${words[\${#words[@]}-1]}
  [[ $cur == [=:] ]] && cur=''
  local cut=\${glued%"$cur"} line
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      COMPREPLY=($(compgen -f -- "$cur"))
      compopt -o filenames 2>/dev/null
      return
    fi
    line=\${line%%$'\\t'*}
    COMPREPLY+=("\${line#"$cut"}")
  done < <(circleci-admin completion complete -- "\${words[@]}" 2>/dev/null)
}
complete -F _circleci_admin circleci-admin
`;

const ZSH = `#compdef circleci-admin
# zsh completion for circleci-admin
_circleci_admin() {
  local line value
  local -a described
  for line in "\${(@f)$(circleci-admin completion complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -z $line ]] && continue
    if [[ $line == :files ]]; then
      _files
      return
    fi
    value=\${line%%$'\\t'*}
    described+=("\${value//:/\\\\:}:\${line#*$'\\t'}")
  done
  _describe -V circleci-admin described
}
if [[ $funcstack[1] == _circleci_admin ]]; then
  _circleci_admin
else
  compdef _circleci_admin circleci-admin
fi
`;

const FISH = `# fish completion for circleci-admin
function __circleci_admin_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    test (count $current) -eq 0; and set current ''
    set -l lines (circleci-admin completion complete -- $words[2..-1] "$current" 2>/dev/null)
    if test "$lines[1]" = ':files'
        __fish_complete_path "$current"
    else if test (count $lines) -gt 0
        printf '%s\\n' $lines
    end
end
complete -c circleci-admin -f -k -a '(__circleci_admin_complete)'
`;

const SCRIPTS: Readonly<Record<CompletionShell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };

/** Returns the completion script of a shell. */
export function completionScript(shell: CompletionShell): string {
  return SCRIPTS[shell];
}

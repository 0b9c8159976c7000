# Octopus's helper functions for PowerShell, and the runner of a script that uses them:
# pwsh -File octopus.ps1 SCRIPT
param([Parameter(Mandatory = $true)][string] $OctotuiScript)

$ErrorActionPreference = 'Stop'
$PSNativeCommandArgumentPassing = 'Legacy'

function Convert-ServiceMessageValue([string] $value) {
    return [Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes($value))
}

function Convert-ToServiceMessageParameter([string] $name, [string] $value) {
    return "$name='$(Convert-ServiceMessageValue $value)'"
}

# Writes a service message with its pairs of keys and values, in order.
function Write-OctotuiMessage([string] $name, [System.Collections.IDictionary] $values) {
    $pairs = foreach ($key in $values.Keys) { ' ' + (Convert-ToServiceMessageParameter $key $values[$key]) }
    Write-Host "##octopus[$name$(-join $pairs)]"
}

# Writes a text of a level, in one write, so that lines of concurrent processes do not come between.
function Write-OctotuiText([string] $level, [string] $text) {
    Write-Host (("##octopus[stdout-$level]", $text, '##octopus[stdout-default]') -join "`n")
}

function Set-OctopusVariable([string] $name, [string] $value, [switch] $sensitive) {
    $values = [ordered]@{ name = $name; value = $value }
    if ($sensitive) { $values.sensitive = 'True' }
    Write-OctotuiMessage 'setVariable' $values
}

function New-OctopusArtifact {
    [CmdletBinding()]
    param(
        [Parameter(ValueFromPipeline = $true, ValueFromPipelineByPropertyName = $true)]
        [Alias('fullname', 'path')][string] $fullpath,
        [Parameter(ValueFromPipelineByPropertyName = $true)]
        [string] $name = ''
    )
    process {
        $whole = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($fullpath)
        $whole = [System.IO.Path]::GetFullPath($whole)
        $called = $name
        if (-not $called) { $called = [System.IO.Path]::GetFileName($whole) }
        $length = 0
        if (Test-Path -LiteralPath $whole -PathType Leaf) { $length = (Get-Item -LiteralPath $whole).Length }
        Write-Verbose "$whole will be kept as the artifact $called when this step is over"
        Write-OctotuiMessage 'createArtifact' ([ordered]@{ path = $whole; name = $called; length = "$length" })
    }
}

function Update-Progress {
    [CmdletBinding()]
    param([int] $percentage, [Parameter(ValueFromPipeline = $true)][string] $message)
    process {
        Write-OctotuiMessage 'progress' ([ordered]@{ percentage = "$percentage"; message = $message })
    }
}

function Fail-Step([string] $message) {
    if ($message) { Write-OctotuiMessage 'resultMessage' ([ordered]@{ message = $message }) }
    exit -1
}

# Fails the step if the machine lacks a command; python:MODULE is a module of python3.
function fail_without {
    $missing = foreach ($need in $args) {
        $module = if ($need.StartsWith('python:')) { $need.Substring(7) }
        $program = if ($module) { 'python3' } else { $need }
        $found = [bool](Get-Command -Name $program -CommandType Application -ErrorAction Ignore)
        if ($found -and $module) {
            # Not from the current directory, which an empty entry means.
            & python3 -c "import sys; sys.path = list(filter(None, sys.path)); import $module" 2>&1 | Out-Null
            $found = $LASTEXITCODE -eq 0
            $global:LASTEXITCODE = 0
        }
        if (-not $found) { if ($module) { "the Python module $module" } else { $need } }
    }
    if (-not $missing) { return }
    if ($env:OCTOTUI_CONTAINER_IMAGE) {
        Fail-Step "the image $env:OCTOTUI_CONTAINER_IMAGE lacks what this step needs, so use another one: $($missing -join ', ')"
    }
    $where = if ($env:Octopus_Worker_Name) { $env:Octopus_Worker_Name } else { 'this machine' }
    Fail-Step "$where lacks what this step needs, so install it there: $($missing -join ', ')"
}

function Write-Verbose {
    [CmdletBinding()]
    param([Parameter(ValueFromPipeline = $true)][string] $message)
    process { Write-OctotuiText 'verbose' $message }
}

function Write-Debug {
    [CmdletBinding()]
    param([Parameter(ValueFromPipeline = $true)][string] $message)
    process { Write-OctotuiText 'verbose' $message }
}

function Write-Highlight {
    [CmdletBinding()]
    param([Parameter(ValueFromPipeline = $true)][string] $message)
    process { Write-OctotuiText 'highlight' $message }
}

function Write-Wait {
    [CmdletBinding()]
    param([Parameter(ValueFromPipeline = $true)][string] $message)
    process { Write-OctotuiText 'wait' $message }
}

function Write-Warning {
    [CmdletBinding()]
    param([Parameter(ValueFromPipeline = $true)][string] $message)
    process {
        if ($WarningPreference -ne 'SilentlyContinue') { Write-OctotuiText 'warning' $message }
    }
}

function Fail-HealthCheck([string] $message) {
    Write-OctotuiText 'error' $message
    Fail-Step $message
}

# The same names as in the other shells.
function echo_warning([string] $message) { Write-OctotuiText 'warning' $message }
function echo_error([string] $message) { Write-OctotuiText 'error' $message }
function fail_healthcheck([string] $message) { Fail-HealthCheck $message }

function Execute-WithRetry([ScriptBlock] $command, [int] $maxFailures = 3, [int] $sleepBetweenFailures = 1) {
    for ($attempt = 1; $true; $attempt++) {
        try {
            & $command
            return
        } catch {
            if ($attempt -ge $maxFailures) { throw }
            Write-Host "Attempt $attempt of $maxFailures failed: $($_.Exception.Message)"
            Start-Sleep -Seconds $sleepBetweenFailures
        }
    }
}

function New-OctopusTarget {
    [CmdletBinding()]
    param(
        [Parameter(ValueFromPipelineByPropertyName = $true, Mandatory = $true)][string] $Name,
        [Parameter(ValueFromPipelineByPropertyName = $true, Mandatory = $true)][string] $TargetId,
        [Parameter(ValueFromPipelineByPropertyName = $true, Mandatory = $true)][string] $Inputs,
        [Parameter(ValueFromPipelineByPropertyName = $true, Mandatory = $true)][string] $Roles,
        [Parameter(ValueFromPipelineByPropertyName = $true)][string] $WorkerPoolIdOrName = '',
        [Parameter(ValueFromPipelineByPropertyName = $true)][switch] $UpdateIfExisting
    )
    process {
        Write-OctotuiMessage 'createStepPackageTarget' ([ordered]@{
            name = $Name; targetId = $TargetId
            inputs = $Inputs; octopusRoles = $Roles
            octopusDefaultWorkerPoolIdOrName = $WorkerPoolIdOrName
            updateIfExisting = "$UpdateIfExisting"
        })
    }
}

function Remove-OctopusTarget([string] $targetIdOrName) {
    Write-OctotuiMessage 'delete-target' ([ordered]@{ machine = $targetIdOrName })
}

function Report-KubernetesManifest {
    [CmdletBinding()]
    param([Parameter(ValueFromPipeline = $true)][string] $manifest, [string] $namespace)
    process {
        foreach ($document in $manifest -split '(?m)^---\s*$') {
            if ([string]::IsNullOrWhiteSpace($document)) { continue }
            $values = [ordered]@{ manifest = $document }
            if ($namespace) { $values.ns = $namespace }
            Write-OctotuiMessage 'k8s-manifest-applied' $values
        }
    }
}

function Report-KubernetesManifestFile {
    [CmdletBinding()]
    param([Parameter(ValueFromPipeline = $true)][string] $path, [string] $namespace)
    process {
        if (Test-Path -LiteralPath $path) {
            Report-KubernetesManifest (Get-Content -LiteralPath $path -Raw) $namespace
        } else {
            Write-Verbose "There is no Kubernetes manifest $path"
        }
    }
}

# Jobs that an earlier version started have their values in the environment alone, where 'My.Name' is My_Name.
class OctotuiNames : System.Collections.Generic.IEqualityComparer[string] {
    static [string] Plain([string] $name) {
        $plain = ($name -creplace '[^A-Za-z0-9_]+', '_').Trim([char] '_')
        if ($plain -match '^[0-9]') { $plain = "_$plain" }
        return $plain.ToUpperInvariant()
    }
    [bool] Equals([string] $one, [string] $other) {
        return [OctotuiNames]::Plain($one) -ceq [OctotuiNames]::Plain($other)
    }
    [int] GetHashCode([string] $name) { return [OctotuiNames]::Plain($name).GetHashCode() }
}

# Compares names case-insensitively, a final sigma included.
class OctotuiKeys : System.Collections.Generic.IEqualityComparer[string] {
    static [string] Plain([string] $name) {
        return $name.ToLowerInvariant().Replace([char] 0x3c2, [char] 0x3c3)
    }
    [bool] Equals([string] $one, [string] $other) {
        return [string]::Equals([OctotuiKeys]::Plain($one), [OctotuiKeys]::Plain($other))
    }
    [int] GetHashCode([string] $name) { return [OctotuiKeys]::Plain($name).GetHashCode() }
}

# The variables by name, case-insensitive: $OctopusParameters['My.Name'].
if ($env:OCTOTUI_VALUES) {
    $OctopusParameters = [System.Collections.Generic.Dictionary[string, string]]::new([OctotuiKeys]::new())
    foreach ($OctotuiLine in [System.IO.File]::ReadLines($env:OCTOTUI_VALUES)) {
        $OctotuiWords = $OctotuiLine.Split([char] "'")
        if ($OctotuiWords[0] -cne 'octotui_value ') { continue }
        # Every backslash precedes a zero and three octal digits.
        $OctotuiName, $OctotuiValue = foreach ($OctotuiWord in $OctotuiWords[3], $OctotuiWords[5]) {
            [regex]::Replace($OctotuiWord, '\\0([0-7]{3})', {
                param($found)
                [string] [char] [Convert]::ToInt32($found.Groups[1].Value, 8)
            })
        }
        $OctopusParameters[$OctotuiName] = $OctotuiValue
    }
} else {
    $OctopusParameters = [System.Collections.Generic.Dictionary[string, string]]::new([OctotuiNames]::new())
    # A variable with a reserved name is prefixed with an underscore, and comes later.
    foreach ($OctotuiEntry in [Environment]::GetEnvironmentVariables().GetEnumerator() | Sort-Object { $_.Key[0] -eq '_' }) {
        if ($OctotuiEntry.Key -match '^_?[A-Za-z0-9]\w*$') {
            $OctopusParameters[$OctotuiEntry.Key] = $OctotuiEntry.Value
        }
    }
}

# As in Octopus also $MyName and $My_Name, if unambiguous and not reserved by PowerShell.
$OctotuiMeant = @{}
foreach ($OctotuiName in $OctopusParameters.Keys) {
    $OctotuiWord = ($OctotuiName -creplace '[^A-Za-z0-9_]+', '_').Trim([char] '_')
    foreach ($OctotuiPlain in $OctotuiWord, $OctotuiWord.Replace('_', '') | Select-Object -Unique) {
        if ($OctotuiPlain -and $OctotuiPlain -notmatch '^(PSModule|PSNative|OFS$|LASTEXITCODE$)') {
            $OctotuiMeant[$OctotuiPlain] += @($OctotuiName)
        }
    }
}
foreach ($OctotuiPlain in $OctotuiMeant.Keys) {
    if ($OctotuiMeant[$OctotuiPlain].Count -eq 1 -and -not (Test-Path "variable:$OctotuiPlain")) {
        Set-Variable $OctotuiPlain $OctopusParameters[$OctotuiMeant[$OctotuiPlain][0]]
    }
}

# Check the needs of the script before it begins, but not again in the shells it starts.
if ($env:OCTOTUI_NEEDS) {
    $OctotuiNeeds = $env:OCTOTUI_NEEDS.Split([char] ' ')
    $env:OCTOTUI_NEEDS = $null
    fail_without @OctotuiNeeds
}

# A script on a Kubernetes target has a kubeconfig of its own.
if ($env:OCTOTUI_KUBERNETES) {
    $env:OCTOTUI_KUBERNETES = $null
    $OctotuiSaid = & sh "$PSScriptRoot/kubeconfig.sh" | Out-String
    if ($LASTEXITCODE -ne 0) { Fail-Step $OctotuiSaid.Trim() }
    $env:KUBECONFIG = Join-Path ([System.IO.Path]::GetDirectoryName($env:OCTOTUI_VALUES)) 'octotui.kubeconfig'
    $global:LASTEXITCODE = 0
}

# PowerShell runs only a file of this name as a script.
if ([System.IO.Path]::GetExtension($OctotuiScript) -ne '.ps1') {
    Copy-Item -LiteralPath $OctotuiScript -Destination "$OctotuiScript.ps1"
    $OctotuiScript = "$OctotuiScript.ps1"
}

try {
    . ([System.IO.Path]::GetFullPath($OctotuiScript))
} catch {
    [Console]::Error.WriteLine("$($_.CategoryInfo.Category): $($_.Exception.Message)")
    [Console]::Error.WriteLine($_.InvocationInfo.PositionMessage)
    [Console]::Error.WriteLine($_.ScriptStackTrace)
    exit 1
}

# If the last program failed, so does the script, as in Octopus.
if (Test-Path variable:global:LASTEXITCODE) { exit $LASTEXITCODE }

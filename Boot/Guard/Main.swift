/// What the package manager asks of an executable. It never runs: the image's entry point is `strata_entry`.
@main
struct Main {
    static func main() {}
}

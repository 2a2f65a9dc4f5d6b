extension Duration {
    /// The bound on runs of real machines, which none comes near to: the longest takes a twelfth of it on an idle host of two
    /// processors, and several times as long where other tests keep the host busy.
    public static let machineBound = Duration.seconds(900)
}
